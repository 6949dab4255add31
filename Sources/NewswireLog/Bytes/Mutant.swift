#if NEWSWIRE_MUTANTS
    internal import Glibc
#endif

/// A check or a step that can be left out, in one extra build, to see whether a test misses it.
///
/// `tools/mutants` builds with `-D NEWSWIRE_MUTANTS`, turns one after the other on by the
/// environment, and runs the tests that have to find it out. In every other build ``isOn`` is a
/// constant and the sites are gone. What the disk can play is no mutant here, but a `SyncMutant` of
/// the simulation.
package enum Mutant: String, CaseIterable, Sendable {
    case checksumUnchecked, countsUnchecked, baseOffsetUnchecked
    case cutSkipped, cutTooLate, rotIsCut, followersKept, gapAccepted
    case ownerUnchecked, epochNotRaised, failedSyncForgotten, numbersReused
    case slotUnchecked, timeSlotUnchecked, timeEndUnchecked
    case removedBeforeHead, futureKept, replacementNotEmptied
    case acknowledgedUnsynced, appliedUnsynced, directUnsynced
    case firstFileTooHigh, recoveryPointAhead, uncoveredForgotten, coveringForgotten
    case groupChecksumUnchecked, groupFileUnchecked, sequenceUnchecked
    case removalIgnored, removalUnwritten

    #if NEWSWIRE_MUTANTS
        private static let chosen: Mutant? = {
            // Sound: the string is the environment's and copied at once.
            guard let name = unsafe getenv("NEWSWIRE_MUTANT") else { return nil }
            let mutant = unsafe Mutant(rawValue: String(cString: name))
            precondition(mutant != nil, "NEWSWIRE_MUTANT names none that there is")
            return mutant
        }()

        /// Whether it is the one that this process plays.
        package var isOn: Bool { self == Self.chosen }
    #else
        /// Always false, and always inlined: nothing is left of a site.
        @inline(always) package var isOn: Bool { false }
    #endif
}
