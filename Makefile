.PHONY: help run test fast bench lock
help:
	@echo "make run    the product with its demo year on 127.0.0.1:8000"
	@echo "make test   every check and test"
	@echo "make fast   the fast core of the tests"
	@echo "make bench  the benchmarks, as ratios"
	@echo "make lock   write requirements/ anew"
run test bench lock:
	python3 dev.py $@
fast:
	python3 dev.py test --fast
