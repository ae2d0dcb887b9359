import ControlCluster
import Glibc

/// By what names this machine is known.
public enum ThisMachine {
  public static var name: String {
    var system = utsname()
    uname(&system)
    return withUnsafeBytes(of: system.nodename) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }

  /// Whether a config means this machine: by its name, short or with a domain, by the one that Slurm gives it, by one of its
  /// addresses, or by a name that leads to one.
  public static func isCalled(_ name: String, slurm: String? = System.environment("SLURMD_NODENAME")) -> Bool {
    if name == "localhost" || name == slurm { return true }
    let own = Self.name
    if name == own { return true }
    // Of two full names the domains count.
    if !(name.contains(".") && own.contains(".")), short(name) == short(own),
      !name.allSatisfy({ $0.isNumber || $0 == "." })
    {
      return true
    }
    let mine = addresses
    return addresses(of: name).contains(where: mine.contains)
  }

  private static func short(_ name: String) -> Substring { name.prefix { $0 != "." } }

  /// Of all interfaces, but not those that every machine has.
  private static var addresses: Set<[UInt8]> {
    var list: UnsafeMutablePointer<ifaddrs>?
    guard getifaddrs(&list) == 0 else { return [] }
    defer { freeifaddrs(list) }
    var found: Set<[UInt8]> = []
    var next = list
    while let interface = next {
      if interface.pointee.ifa_flags & UInt32(IFF_LOOPBACK) == 0, let address = interface.pointee.ifa_addr {
        bytes(of: address).map { _ = found.insert($0) }
      }
      next = interface.pointee.ifa_next
    }
    return found
  }

  private static func addresses(of name: String) -> [[UInt8]] {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(name, nil, &hints, &list) == 0 else { return [] }
    defer { freeaddrinfo(list) }
    var found: [[UInt8]] = []
    var next = list
    while let entry = next {
      if let address = entry.pointee.ai_addr, let bytes = bytes(of: address) { found.append(bytes) }
      next = entry.pointee.ai_next
    }
    return found
  }

  private static func bytes(of address: UnsafeMutablePointer<sockaddr>) -> [UInt8]? {
    switch Int32(address.pointee.sa_family) {
    case AF_INET:
      address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { four in
        withUnsafeBytes(of: four.pointee.sin_addr) { Array($0) }
      }
    case AF_INET6:
      address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { six in
        withUnsafeBytes(of: six.pointee.sin6_addr) { Array($0) }
      }
    default: nil
    }
  }
}
