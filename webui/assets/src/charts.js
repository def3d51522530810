// The part of ECharts that our pages draw with.
import { use, init } from "echarts/core";
import { BarChart, LineChart, GraphChart, BoxplotChart, CustomChart } from "echarts/charts";
import { GridComponent, LegendComponent, TooltipComponent, MarkLineComponent, DataZoomComponent } from "echarts/components";
import { SVGRenderer } from "echarts/renderers";

use([
  BarChart, LineChart, GraphChart, BoxplotChart, CustomChart,
  GridComponent, LegendComponent, TooltipComponent, MarkLineComponent, DataZoomComponent, SVGRenderer,
]);

window.drawChart = (element, options) => {
  const chart = init(element, null, { renderer: "svg" });
  chart.setOption(options);
  return chart;
};
