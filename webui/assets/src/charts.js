// The part of ECharts that our pages draw with.
import { use, init } from "echarts/core";
import { BarChart, LineChart } from "echarts/charts";
import { GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { SVGRenderer } from "echarts/renderers";

use([BarChart, LineChart, GridComponent, LegendComponent, TooltipComponent, SVGRenderer]);

window.drawChart = (element, options) => {
  const chart = init(element, null, { renderer: "svg" });
  chart.setOption(options);
  return chart;
};
