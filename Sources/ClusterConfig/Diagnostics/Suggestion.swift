/// Finds what was probably meant by a misspelled name.
public enum Suggestion {
  /// "did you mean …?" when a name is near, and otherwise the valid ones.
  package static func notes(for name: String, among candidates: [String], kind: String) -> [Diagnostic.Note] {
    if let near = nearest(to: name, among: candidates) { return [.init("did you mean '\(near)'?")] }
    return [valid(candidates, kind: kind)]
  }

  package static func valid(_ candidates: [String], kind: String) -> Diagnostic.Note {
    guard !candidates.isEmpty else { return .init("there are no \(kind)") }
    let shown = candidates.prefix(24).joined(separator: ", ")
    return .init("valid \(kind): \(shown)\(candidates.count > 24 ? ", …" : "")")
  }

  /// So that suggestions for a hostile file stay cheap; no robot has as many joints.
  private static let maximumCandidates = 2000

  /// The candidate with the fewest edits, if they are few for the length of the name.
  public static func nearest(to name: String, among candidates: [String]) -> String? {
    let wanted = Array(name.lowercased().unicodeScalars.prefix(64))
    guard !wanted.isEmpty else { return nil }
    var best: (name: String, distance: Int)?
    for candidate in candidates.prefix(maximumCandidates) {
      let scalars = Array(candidate.lowercased().unicodeScalars.prefix(64))
      let bound = max(1, max(wanted.count, scalars.count) / 3)
      guard abs(wanted.count - scalars.count) <= bound else { continue }
      let distance = editDistance(wanted, scalars)
      if distance <= bound, distance < best?.distance ?? .max { best = (candidate, distance) }
    }
    return best?.name
  }

  /// Insertions, deletions, replacements and swaps of neighbours (optimal string alignment).
  static func editDistance<Element: Equatable>(_ a: [Element], _ b: [Element]) -> Int {
    var beforeLast = [Int](repeating: 0, count: b.count + 1)
    var last = Array(0...b.count)
    for i in a.indices {
      var row = [i + 1]
      row.reserveCapacity(b.count + 1)
      for j in b.indices {
        var cost = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, beforeLast[j - 1] + 1) }
        row.append(cost)
      }
      (beforeLast, last) = (last, row)
    }
    return last[b.count]
  }
}
