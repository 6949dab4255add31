/// Which partitions a consumer reads, and whose turn it is; under its lock.
struct ConsumerState {
    private(set) var assignments: [Assignment]
    /// The numbers of assignments to look at, in the order of their turns.
    private var queue: Queue
    /// Calls that wait for something to read.
    private var waits: [Promise<ConsumerWake>] = []
    private(set) var isClosed = false
    private var isInterrupted = false

    /// A first-in-first-out queue that seldom moves its elements.
    private struct Queue {
        private var numbers: [Int] = []
        private var first = 0

        var isEmpty: Bool { first == numbers.count }

        mutating func append(_ number: Int) { numbers.append(number) }

        mutating func popFirst() -> Int? {
            guard first < numbers.count else { return nil }
            defer {
                first += 1
                if first > 32, first * 2 > numbers.count {
                    numbers.removeFirst(first)
                    first = 0
                }
            }
            return numbers[first]
        }
    }

    /// A partition whose turn it is.
    struct Turn: Sendable {
        let number: Int
        let epoch: Int
        let partition: Partition
        let position: Offset
        /// Whether nothing was read since it was told to read from the beginning.
        let isAtBeginning: Bool
    }

    init(_ assignments: [Assignment]) {
        self.assignments = assignments
        queue = Queue()
        for number in assignments.indices { queue.append(number) }
    }

    // MARK: Turns

    /// Takes the partition whose turn it is; nil when none has anything to read.
    mutating func beginTurn() -> Turn? {
        guard let number = queue.popFirst() else { return nil }
        assignments[number].phase = .reading
        let assignment = assignments[number]
        return Turn(
            number: number, epoch: assignment.epoch, partition: assignment.partition,
            position: assignment.position, isAtBeginning: assignment.start == .beginning)
    }

    /// Something was read: the partition's next turn comes after those of the others.
    ///
    /// - Returns: false when the partition was told to read elsewhere meanwhile.
    mutating func endTurn(_ turn: Turn, readTo nextOffset: Offset) -> Bool {
        defer { makeReady(turn.number) }
        guard isCurrent(turn) else { return false }
        assignments[turn.number].position = nextOffset
        assignments[turn.number].start = nil
        return true
    }

    /// The partition goes on elsewhere, as its position is missing.
    mutating func endTurn(_ turn: Turn, movedTo position: Offset) {
        defer { makeReady(turn.number) }
        if isCurrent(turn) { assignments[turn.number].position = position }
    }

    /// Nothing was read, and the next turn is to try again.
    mutating func giveUpTurn(_ turn: Turn) { makeReady(turn.number) }

    /// There is nothing to read: from now on the log may say that there is.
    ///
    /// - Returns: false when the partition was told to read elsewhere meanwhile, and is ready.
    mutating func beginWaiting(_ turn: Turn) -> Bool {
        guard isCurrent(turn) else {
            makeReady(turn.number)
            return false
        }
        assignments[turn.number].phase = .waiting(nil)
        return true
    }

    /// The log gave `ticket` for the wait; nil: there is something already.
    mutating func note(_ ticket: WaitTicket?, for turn: Turn) {
        guard isCurrent(turn), case .waiting = assignments[turn.number].phase else { return }
        if let ticket {
            assignments[turn.number].phase = .waiting(ticket)
        } else {
            makeReady(turn.number)
        }
    }

    /// The log says that there is something to read.
    ///
    /// - Returns: who waits for that.
    mutating func endWaiting(_ number: Int, epoch: Int) -> [Promise<ConsumerWake>] {
        guard assignments[number].epoch == epoch, case .waiting = assignments[number].phase else {
            return []
        }
        makeReady(number)
        return takeWaits()
    }

    /// Looks itself whether there is something to read where the log has not said so yet: it tells
    /// after it made records visible, and who knows of them need not wait for that.
    ///
    /// - Returns: waits to take back.
    mutating func endOverdueWaits() -> [(Partition, WaitTicket)] {
        var tickets: [(Partition, WaitTicket)] = []
        for number in assignments.indices {
            let assignment = assignments[number]
            guard case .waiting(let ticket?) = assignment.phase,
                assignment.partition.offsets.highWatermark > assignment.position
            else { continue }
            tickets.append((assignment.partition, ticket))
            makeReady(number)
        }
        return tickets
    }

    private func isCurrent(_ turn: Turn) -> Bool { assignments[turn.number].epoch == turn.epoch }

    private mutating func makeReady(_ number: Int) {
        assignments[number].phase = .ready
        queue.append(number)
    }

    // MARK: Moving

    /// Reads a partition from elsewhere.
    ///
    /// - Returns: a wait to take back, and who has to look again.
    mutating func seek(
        _ number: Int, to start: StartPosition, at position: Offset
    ) -> (ticket: WaitTicket?, waits: [Promise<ConsumerWake>]) {
        assignments[number].epoch += 1
        assignments[number].position = position
        assignments[number].start = start == .beginning ? start : nil
        guard case .waiting(let ticket) = assignments[number].phase else { return (nil, []) }
        makeReady(number)
        return (ticket, takeWaits())
    }

    // MARK: Waiting

    /// Registers a call that waits; nil when there is something to look at.
    mutating func beginWait() -> Promise<ConsumerWake>? {
        guard queue.isEmpty, !isClosed, !isInterrupted else { return nil }
        let promise = Promise<ConsumerWake>()
        waits.append(promise)
        return promise
    }

    /// Forgets a call that waits no more.
    mutating func endWait(_ promise: Promise<ConsumerWake>) {
        waits.removeAll { $0 === promise }
    }

    /// Ends the call that waits, or the next one that would.
    mutating func interrupt() -> [Promise<ConsumerWake>] {
        isInterrupted = true
        return takeWaits()
    }

    /// Whether a call has to end because of ``interrupt()``; asking takes it back.
    mutating func takeInterrupt() -> Bool {
        defer { isInterrupted = false }
        return isInterrupted
    }

    /// Ends the consumer.
    ///
    /// - Returns: waits to take back, and who has to look again.
    mutating func close() -> (tickets: [(Partition, WaitTicket)], waits: [Promise<ConsumerWake>]) {
        isClosed = true
        var tickets: [(Partition, WaitTicket)] = []
        for number in assignments.indices {
            assignments[number].epoch += 1
            if case .waiting(let ticket?) = assignments[number].phase {
                tickets.append((assignments[number].partition, ticket))
            }
        }
        return (tickets, takeWaits())
    }

    private mutating func takeWaits() -> [Promise<ConsumerWake>] {
        defer { waits.removeAll() }
        return waits
    }
}

/// Why a call that waited goes on.
enum ConsumerWake: Sendable {
    /// There is something to look at.
    case look
    /// Its time is up.
    case timedOut
    /// Its task was cancelled.
    case cancelled
}
