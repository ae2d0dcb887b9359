import FlyingFox
import Foundation

/// The files of the page: ours, which are in this program, and the plotting library's.
struct PageFiles: Sendable {
  private let files: [String: (type: String, bytes: Data)]

  init(_ library: PlottingLibrary) {
    let html = "text/html; charset=utf-8"
    let script = "text/javascript; charset=utf-8"
    let style = "text/css; charset=utf-8"
    files = [
      "/": (html, Data(PackageResources.index_html)),
      "/style.css": (style, Data(PackageResources.style_css)),
      "/icon.svg": ("image/svg+xml", Data(PackageResources.icon_svg)),
      "/app.js": (script, Data(PackageResources.app_js)),
      "/chart.js": (script, Data(PackageResources.chart_js)),
      "/controller.js": (script, Data(PackageResources.controller_js)),
      "/elements.js": (script, Data(PackageResources.elements_js)),
      "/format.js": (script, Data(PackageResources.format_js)),
      "/graph.js": (script, Data(PackageResources.graph_js)),
      "/heatmap.js": (script, Data(PackageResources.heatmap_js)),
      "/histogram.js": (script, Data(PackageResources.histogram_js)),
      "/live.js": (script, Data(PackageResources.live_js)),
      "/logs.js": (script, Data(PackageResources.logs_js)),
      "/overview.js": (script, Data(PackageResources.overview_js)),
      "/plots.js": (script, Data(PackageResources.plots_js)),
      "/series.js": (script, Data(PackageResources.series_js)),
      "/uplot.js": (script, Data(library.script)),
      "/uplot.css": (style, Data(library.style)),
    ]
  }

  /// `nil` when there is no such file.
  func response(_ path: String) -> HTTPResponse? {
    guard let file = files[path] else { return nil }
    return HTTPResponse(statusCode: .ok, headers: [.contentType: file.type], body: file.bytes)
  }
}
