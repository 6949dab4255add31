extension Producer {
    /// Sends records and returns where they stand when all are acknowledged.
    ///
    /// Their batches go at once, without lingering. Cancelling the task does not take them back.
    /// - Returns: the position of each record, in the order of `records`.
    /// - Throws: the first failure, after all records are settled: others may stand in the log.
    @discardableResult
    public func send(
        _ records: [Record], to topic: Topic
    ) async throws(NewswireError) -> [RecordPosition] {
        let wait = SendWait(recordCount: records.count)
        var rest = records[...]
        while !rest.isEmpty {
            let (count, isFull) = add(rest, to: topic, for: wait)
            rest = rest.dropFirst(count)
            if isFull { await waitForRoom()?.value() }
        }
        send(wait, to: topic)
        wait.finishAdding()
        return try await wait.promise.value().get()
    }

    /// Sends records and blocks until all are acknowledged; see the asynchronous twin.
    @discardableResult
    public func send(
        _ records: [Record], to topic: Topic
    ) throws(NewswireError) -> [RecordPosition] {
        let wait = SendWait(recordCount: records.count)
        var rest = records[...]
        while !rest.isEmpty {
            let (count, isFull) = add(rest, to: topic, for: wait)
            rest = rest.dropFirst(count)
            if isFull { _ = waitForRoom()?.wait() }
        }
        send(wait, to: topic)
        wait.finishAdding()
        guard let outcome = wait.promise.wait() else {
            preconditionFailure("a wait without a deadline ended without an outcome")
        }
        return try outcome.get()
    }

    /// Sends one record and returns where it stands when it is acknowledged.
    ///
    /// Who has many sends them together: one wait for all.
    @discardableResult
    public func send(
        _ record: Record, to topic: Topic
    ) async throws(NewswireError) -> RecordPosition {
        try await send([record], to: topic)[0]
    }

    /// Sends one record and blocks until it is acknowledged.
    @discardableResult
    public func send(_ record: Record, to topic: Topic) throws(NewswireError) -> RecordPosition {
        try send([record], to: topic)[0]
    }

    /// Sends records to the topic of that name; see ``send(_:to:)-([Record],Topic)``.
    @discardableResult
    public func send(
        _ records: [Record], to name: String
    ) async throws(NewswireError) -> [RecordPosition] {
        try await send(records, to: try engine.topic(name))
    }

    /// Sends records to the topic of that name; see ``send(_:to:)-([Record],Topic)``.
    @discardableResult
    public func send(
        _ records: [Record], to name: String
    ) throws(NewswireError) -> [RecordPosition] {
        try send(records, to: try engine.topic(name))
    }
}
