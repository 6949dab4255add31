import NewswireLog
import Testing

struct RecoveryDecisionTests {
    @Test(arguments: [
        (true, true, RecoveryDecision.keep), (true, false, .keep),
        // Never synced: a torn tail.
        (false, false, .cut),
        // Synced bytes changed: rot.
        (false, true, .report),
    ])
    func `what is intact stays, a torn tail goes, rot is told`(
        isIntact: Bool, isBelow: Bool, decision: RecoveryDecision
    ) {
        #expect(
            RecoveryDecision(isIntact: isIntact, isBelowRecoveryPoint: isBelow) == decision)
    }
}
