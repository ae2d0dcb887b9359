/// A language that typed access to a cluster's memory is generated in.
public enum BindingLanguage: String, CaseIterable, Sendable {
  /// One header for C11 and C++17; needs libc alone.
  case c
  /// One module for Python 3.7 or newer; needs NumPy alone.
  case python
  /// One file over the library `ControlCluster`, which has the one implementation of the protocol in Swift, maps only the
  /// pages of a role for writing, and keeps the memory mapped as long as a view is alive.
  case swift
}
