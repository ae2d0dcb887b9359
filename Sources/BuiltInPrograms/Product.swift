/// What all programs have in common.
public enum Product {
  /// That of `ccluster` as a whole.
  public static let version = "0.1.0"
}
