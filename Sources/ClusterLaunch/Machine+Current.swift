import CLinux
import ClusterPlan
import ControlCluster

extension HerePlacement.Machine {
  /// The cores of this machine that this process may use, and those that are kept from the scheduler.
  public static func current() -> HerePlacement.Machine {
    var cores = [Int32](repeating: 0, count: 1024)
    let count = max(0, Int(linux_get_affinity(&cores, Int32(cores.count))))
    let isolated = System.contents(of: "/sys/devices/system/cpu/isolated") ?? ""
    return HerePlacement.Machine(cores: cores.prefix(count).map(Int.init), isolated: parse(list: isolated))
  }

  /// The kernel's list format: `2,4-7`.
  static func parse(list: String) -> [Int] {
    list.split { $0 == "," || $0.isWhitespace }.flatMap { part -> [Int] in
      let ends = part.split(separator: "-").compactMap { Int($0) }
      guard let first = ends.first, let last = ends.last, first <= last else { return [] }
      return Array(first...last)
    }
  }
}
