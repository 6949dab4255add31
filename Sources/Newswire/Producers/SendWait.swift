internal import Synchronization

/// Somebody who waits until the records of one `send` are acknowledged.
final class SendWait: Sendable {
    private struct State {
        var positions: [RecordPosition]
        /// Parts that are on their way, and one for as long as records are added.
        var outstanding = 1
        var failure: NewswireError?
        var partitions: Set<Int> = []
    }

    /// The positions, or the first failure, after all records are settled.
    let promise = Promise<Result<[RecordPosition], NewswireError>>()
    private let state: Mutex<State>

    init(recordCount: Int) {
        let unknown = RecordPosition(partition: 0, offset: .zero)
        state = Mutex(State(positions: Array(repeating: unknown, count: recordCount)))
    }

    /// Another batch, of a partition with this number, holds records of it.
    func notePart(in partition: Int) {
        state.withLock { state in
            state.outstanding += 1
            state.partitions.insert(partition)
        }
    }

    /// The numbers of the partitions its records go to.
    var partitions: Set<Int> { state.withLock { $0.partitions } }

    /// A record failed by itself.
    func note(_ failure: NewswireError) {
        state.withLock { $0.failure = $0.failure ?? failure }
    }

    /// All records were added.
    func finishAdding() { finish { _ in } }

    /// A batch with records of it ended.
    func settle(
        _ part: SendPart, of batch: ProducerBatch, _ outcome: Result<AppendedBatch, NewswireError>
    ) {
        finish { state in
            switch outcome {
            case .failure(let failure): state.failure = state.failure ?? failure
            case .success(let appended):
                let partition = batch.partition.number
                var offset = appended.baseOffset + (part.firstNumber - batch.numbers.lowerBound)
                for index in part.indexes {
                    state.positions[index] = RecordPosition(partition: partition, offset: offset)
                    offset = offset + 1
                }
            }
        }
    }

    private func finish(_ body: (inout State) -> Void) {
        let outcome: Result<[RecordPosition], NewswireError>? = state.withLock { state in
            body(&state)
            state.outstanding -= 1
            guard state.outstanding == 0 else { return nil }
            if let failure = state.failure { return .failure(failure) }
            return .success(state.positions)
        }
        if let outcome { promise.settle(outcome) }
    }
}

/// One record of a `send`.
struct SendIndex {
    let wait: SendWait
    let index: Int
}

/// Records of one `send` that follow each other in a batch.
struct SendPart {
    let wait: SendWait
    /// The number of the first one.
    let firstNumber: Int64
    /// Which records of the `send` they are.
    var indexes: [Int]

    /// The number after the last one.
    var end: Int64 { firstNumber + Int64(indexes.count) }
}
