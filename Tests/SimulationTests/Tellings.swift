import NewswireLog
import Synchronization

/// What a directory tells by its events.
final class Tellings: Sendable {
    private let isDamaged = Atomic(false)

    /// Whether it told that a part of the commit log went bad.
    var hasDamage: Bool { isDamaged.load(ordering: .relaxed) }

    func note(_ event: LogEvent) {
        if case .redoDamaged = event { isDamaged.store(true, ordering: .relaxed) }
    }
}
