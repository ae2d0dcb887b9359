/// Exit codes of `ccluster-agent` that say more than that it failed.
public enum AgentStatus {
  /// The head has fallen silent, or cannot be reached: nobody there will end what MPI runs on this host (EX_TEMPFAIL).
  public static let headLost: Int32 = 75
}
