/// A rule of the protocol, broken: by a machine that carries out some access otherwise than it was told. Each of them must
/// be found, or the model would not look at that rule.
enum Defect: String, CaseIterable, Sendable {
  /// `pending` is stored behind the words that are counted down from it.
  case countsAfterWords
  /// The bell rings before the words are due.
  case ringsBeforeWords
  /// A worker stores its answer, whatever stands there.
  case settlesBlindly
  /// Counting down does not look at the generation.
  case countsAnyGeneration
  /// The client believes `done`, and not the slot words.
  case trustsDone
  /// Nobody is woken by the last that settles.
  case wakesNobody
  /// Going to sleep does not look whether the bell has rung since.
  case sleepsWithoutLook
  /// The server settles a dead slot's step before its lifecycle says so.
  case declaresAfterSettling
  /// The server fills a dead slot's rows at once, whatever their step came to.
  case fillsBetweenSteps
  /// The server is not told of steps that it has to answer.
  case ringsNoServer
  /// A process that is let in is not told of a step that it has passed over before.
  case admitsSilently
  /// A worker does not clear its late mark.
  case neverAvailable
  /// The client picks late slots, too.
  case picksLate
  /// A failed controller's slot stays active.
  case staysActive
  /// A process that has not been let in answers the step of its dead predecessor.
  case answersWhileRegistering
  /// Let in meanwhile, it answers what it has seen due before.
  case answersAnOldLook
  /// A claim reads the lifecycle before the holder.
  case claimsByAnOldLook
  /// A claim writes the lifecycle before the process.
  case claimsNamelessly
  /// A client that takes over wakes nobody.
  case takesOverSilently
  /// A client that has settled a slot as late wakes nobody.
  case givesUpSilently
  /// The client does not look for rows that were left to its step.
  case overlooksRows
  /// Nobody is told of a request.
  case asksSilently
  /// The server is not told of a controller that was lost.
  case losesSilently
}
