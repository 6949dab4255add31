import Newswire
import Synchronization

/// What a producer reported, and a way to wait for it.
final class DeliveryLog: Sendable {
    private struct State {
        var reports: [DeliveryReport] = []
        var awaited = 0
    }

    private let state = Mutex(State())
    private let gate = Gate()

    /// A configuration whose reports come here.
    func configuration() -> ProducerConfiguration {
        var configuration = ProducerConfiguration()
        configuration.onDelivery = { [self] report in note(report) }
        return configuration
    }

    var reports: [DeliveryReport] { state.withLock { $0.reports } }

    /// Waits for so many records at most ten seconds; answers whether they came.
    func wait(forRecords count: Int) -> Bool {
        let deadline = SystemTimeSource().instant() + .seconds(10)
        while recordCount < count {
            guard gate.wait(until: deadline) else { return false }
        }
        return true
    }

    private var recordCount: Int { reports.reduce(0) { $0 + $1.numbers.count } }

    func note(_ report: DeliveryReport) {
        state.withLock { $0.reports.append(report) }
        gate.open()
    }
}
