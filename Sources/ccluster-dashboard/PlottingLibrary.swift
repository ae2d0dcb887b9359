import ClusterLaunch
import ControlCluster
import Glibc

/// uPlot, which draws the curves: MIT-licensed JavaScript that the PyPI package `uplot-python` carries, served from where that was
/// put. It is no part of this program or its repository.
struct PlottingLibrary: Sendable {
  let script: [UInt8]
  let style: [UInt8]

  /// What `pip install --target` makes of the package.
  private static let files = (script: "uplot/static/uPlot.iife.js", style: "uplot/static/uPlot.min.css")
  static let requirement = "uplot-python==1.1.1"

  /// - Throws: `failed` with the command that fetches it.
  static func find() throws(ClusterError) -> PlottingLibrary {
    let places = try places()
    for place in places {
      if let script = System.contents(of: "\(place)/\(files.script)"),
        let style = System.contents(of: "\(place)/\(files.style)")
      {
        return PlottingLibrary(script: Array(script.utf8), style: Array(style.utf8))
      }
    }
    throw .failed(
      """
      the dashboard draws with uPlot, which is not here; this fetches it:
        python3 -m pip install --no-deps --target \(places[0]) \(requirement)
      (looked in \(places.joined(separator: ", ")))
      """)
  }

  /// The user's own, then where `make install` and where `make release` put it.
  private static func places() throws(ClusterError) -> [String] {
    let home = System.environment("HOME") ?? ""
    let data = System.environment("XDG_DATA_HOME").flatMap { $0.hasPrefix("/") ? $0 : nil } ?? "\(home)/.local/share"
    let programs = try Programs.besideThisOne().directory
    let relative = ["\(programs)/../share/ccluster/dashboard", "\(programs)/../../dashboard"]
    return ["\(data)/ccluster/dashboard"] + relative.compactMap { System.realPath($0) }
  }
}
