/// What recovery does at a place of a log; a table for the reader's eye and for a test.
package enum RecoveryDecision: Equatable, Sendable {
    /// The batch stays.
    case keep
    /// The log ends here: what follows was never synced, and no order of writes is promised for it.
    case cut
    /// The bytes stay where they are and are reported: they were synced, so this is rot, not a
    /// crash.
    case report

    package init(isIntact: Bool, isBelowRecoveryPoint: Bool) {
        switch (isIntact, isBelowRecoveryPoint) {
        case (true, _): self = .keep
        case (false, false): self = .cut
        case (false, true): self = Mutant.rotIsCut.isOn ? .cut : .report
        }
    }
}
