// The BPMN viewer for pages that only show a diagram.
import NavigatedViewer from "bpmn-js/lib/NavigatedViewer";

window.BpmnViewer = NavigatedViewer;
