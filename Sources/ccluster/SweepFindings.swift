import ClusterConfig
import ControlCluster

/// Problems of a sweep's points, each with the points that have it.
struct SweepFindings {
  private struct Finding {
    var diagnostic: Diagnostic
    var points: [Sweep.Point]
  }

  private var findings: [Finding] = []
  private var places: [String: Int] = [:]

  var hasErrors: Bool { findings.contains { $0.diagnostic.severity == .error } }

  mutating func add(_ diagnostics: [Diagnostic], _ point: Sweep.Point) {
    for diagnostic in diagnostics {
      let index = places[Self.key(diagnostic), default: findings.count]
      if index == findings.count {
        findings.append(Finding(diagnostic: diagnostic, points: []))
        places[Self.key(diagnostic)] = index
      }
      if findings[index].points.last != point { findings[index].points.append(point) }
    }
  }

  /// Prints them, each with the points that have it.
  /// - Parameter total: points of the sweep.
  func tell(of total: Int) {
    for finding in findings {
      var diagnostic = finding.diagnostic
      diagnostic.notes.append(.init(Self.place(finding.points, of: total)))
      Terminal.error.tell([diagnostic])
    }
  }

  private static func place(_ points: [Sweep.Point], of total: Int) -> String {
    if total == 1 { return "in the only point, \(points[0].label)" }
    if points.count == total { return "in all \(total) points" }
    let more = points.count > 1 ? ", and in \(Quantity.count(points.count - 1, "other point"))" : ""
    return "in point \(points[0].number) of \(total), \(points[0].label)\(more)"
  }

  /// The same for a problem whatever value of its axis shows it.
  private static func key(_ diagnostic: Diagnostic) -> String {
    let place = diagnostic.location
    let source = place.isOverride ? String(place.file.prefix { $0 != "=" }) : place.file
    return "\(source):\(place.start.line):\(place.start.column): \(diagnostic.id): \(diagnostic.message)"
  }
}
