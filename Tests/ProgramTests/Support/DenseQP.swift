@testable import ccluster_controller

/// One joint's problem written out in its accelerations alone, with dense matrices: ½ uᵀHu + gᵀu + c subject to Gu ≤ b.
///
/// It shares no code and no method with `JointQP`: it exists to be obviously right and may be slow.
struct DenseQP {
  var h: [[Double]]
  var g: [Double]
  var constant: Double
  var constraints: [[Double]] = []
  var bounds: [Double] = []

  init(
    intervals n: Int, dt: Double, weights w: MPCWeights, limits: MotionLimits, start: (q: Double, v: Double),
    reference: (q: Double, v: Double)
  ) {
    h = [[Double]](repeating: [Double](repeating: 0, count: n), count: n)
    g = [Double](repeating: 0, count: n)
    constant = 0
    for k in 0...n {
      // q_k = q0 + k dt v0 + Σ_{j<k} dt² (k - j - ½) u_j and v_k = v0 + dt Σ_{j<k} u_j
      let qRow = (0..<n).map { $0 < k ? dt * dt * (Double(k - $0) - 0.5) : 0 }
      let vRow = (0..<n).map { $0 < k ? dt : 0 }
      let qFree = start.q + Double(k) * dt * start.v
      let vFree = start.v
      let (wq, wv) = k == n ? (w.terminalPosition, w.terminalVelocity) : (w.position, w.velocity)
      for i in 0..<n {
        for j in 0..<n { h[i][j] += wq * qRow[i] * qRow[j] + wv * vRow[i] * vRow[j] }
        g[i] += wq * (qFree - reference.q) * qRow[i] + wv * (vFree - reference.v) * vRow[i]
      }
      constant +=
        0.5 * wq * (qFree - reference.q) * (qFree - reference.q)
        + 0.5 * wv * (vFree - reference.v) * (vFree - reference.v)
      guard k > 0 else { continue }
      constrain(qRow, below: limits.upper - qFree)
      constrain(qRow.map { -$0 }, below: qFree - limits.lower)
      constrain(vRow, below: limits.velocity - vFree)
      constrain(vRow.map { -$0 }, below: limits.velocity + vFree)
    }
    for i in 0..<n {
      h[i][i] += w.acceleration
      let unit = (0..<n).map { $0 == i ? 1.0 : 0 }
      constrain(unit, below: limits.acceleration)
      constrain(unit.map { -$0 }, below: limits.acceleration)
    }
  }

  private mutating func constrain(_ row: [Double], below bound: Double) {
    guard bound.isFinite else { return }
    constraints.append(row)
    bounds.append(bound)
  }

  func cost(_ u: [Double]) -> Double {
    constant + zip(gradient(u), zip(u, g)).reduce(0) { $0 + 0.5 * $1.1.0 * ($1.0 + $1.1.1) }
  }

  func gradient(_ u: [Double]) -> [Double] { zip(h, g).map { dot($0, u) + $1 } }

  func violation(_ u: [Double]) -> Double { zip(constraints, bounds).map { dot($0, u) - $1 }.max() ?? 0 }

  var unconstrained: [Double] { solve(h, g.map { -$0 }) }

  /// Hildreth's method: exact coordinate ascent on the dual, whose unknowns are the constraints' multipliers.
  func constrained(sweeps: Int = 400_000) -> (u: [Double], dual: Double) {
    let m = bounds.count
    let columns = constraints.map { solve(h, $0) }  // H⁻¹ Gᵀ
    let free = unconstrained
    let p = constraints.map { row in columns.map { dot(row, $0) } }  // G H⁻¹ Gᵀ
    let slack = (0..<m).map { bounds[$0] - dot(constraints[$0], free) }
    var multipliers = [Double](repeating: 0, count: m)
    for _ in 0..<sweeps {
      var change = 0.0
      for i in 0..<m {
        let next = max(0, multipliers[i] - (dot(p[i], multipliers) + slack[i]) / p[i][i])
        change = max(change, abs(next - multipliers[i]))
        multipliers[i] = next
      }
      if change < 1e-14 { break }
    }
    var u = free
    for i in 0..<m { for j in u.indices { u[j] -= columns[i][j] * multipliers[i] } }
    let quadratic = (0..<m).reduce(0) { $0 + multipliers[$1] * dot(p[$1], multipliers) }
    return (u, cost(free) - 0.5 * quadratic - dot(slack, multipliers))
  }
}

func dot(_ a: [Double], _ b: [Double]) -> Double {
  var sum = 0.0
  for i in a.indices { sum += a[i] * b[i] }
  return sum
}

/// Gaussian elimination with partial pivoting.
func solve(_ matrix: [[Double]], _ right: [Double]) -> [Double] {
  var (a, x) = (matrix, right)
  let n = x.count
  for column in 0..<n {
    let pivot = (column..<n).max { abs(a[$0][column]) < abs(a[$1][column]) }!
    a.swapAt(column, pivot)
    x.swapAt(column, pivot)
    for row in (column + 1)..<n {
      let factor = a[row][column] / a[column][column]
      for k in column..<n { a[row][k] -= factor * a[column][k] }
      x[row] -= factor * x[column]
    }
  }
  for row in stride(from: n - 1, through: 0, by: -1) {
    for k in (row + 1)..<n { x[row] -= a[row][k] * x[k] }
    x[row] /= a[row][row]
  }
  return x
}
