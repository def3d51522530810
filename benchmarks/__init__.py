"""Claims about speed, each as a ratio measured in one run against a peer or a physical limit."""
