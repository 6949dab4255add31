public import NewswireLog

extension StreamEngine {
    /// Records for one partition, as a part of an atomic append.
    public struct PartitionRecords: Sendable {
        /// Where they go; the topic's level has to be `synced`.
        public var partition: Partition
        /// The records, in order; the partition that their attributes name is not looked at.
        public var records: [Record]

        /// `records` go to `partition`.
        public init(_ partition: Partition, _ records: [Record]) {
            self.partition = partition
            self.records = records
        }
    }

    /// Appends to several partitions, of any topics, at once: all of it happens, or nothing.
    ///
    ///     try await engine.append(to: [
    ///         .init(payments, [Record(key: id, value: payment)]),
    ///         .init(orders, [Record(key: id, value: paid)]),
    ///     ])
    ///
    /// On return everything is durable. Whatever fails, and whenever the power does: after it
    /// either all parts are in the log or none is.
    /// - Parameter parts: one for each partition, of topics whose level is `synced`, and at most
    ///   4 MiB together.
    /// - Returns: the offsets that the records got, in the order of `parts`.
    /// - Throws: `.invalidRecord` when the parts cannot go together or one is empty, and what
    ///   ``Partition/append(durability:_:)`` throws; nothing was appended then, but after
    ///   `.stopped` the outcome is unknown until the directory is opened again, and after
    ///   `.deleted` by somebody meanwhile the other parts may be there.
    /// - Complexity: one sync.
    @discardableResult
    public func append(
        to parts: [PartitionRecords]
    ) async throws(NewswireError) -> [AppendedBatch] {
        guard !parts.isEmpty else { return [] }
        let waiter = AppendPromise()
        let batches = try translatingFailures { () throws(LogFailure) in
            try log.append(Self.requests(parts), waiter: waiter)
        }
        let outcome = await waiter.value()
        _ = try translatingFailures { () throws(LogFailure) in try outcome.get() }
        note(batches, of: parts)
        return batches
    }

    /// The same on this thread, which it blocks; see the asynchronous twin.
    @discardableResult
    public func append(to parts: [PartitionRecords]) throws(NewswireError) -> [AppendedBatch] {
        let batches = try translatingFailures { () throws(LogFailure) in
            try log.append(Self.requests(parts))
        }
        note(batches, of: parts)
        return batches
    }

    private static func requests(_ parts: [PartitionRecords]) -> [PartitionAppend] {
        parts.map { part in
            PartitionAppend(to: part.partition.log) { batch in
                for record in part.records {
                    batch.append(
                        key: record.key, value: record.value, headers: record.attributes.headers,
                        timestamp: record.attributes.timestamp)
                }
            }
        }
    }

    private func note(_ batches: [AppendedBatch], of parts: [PartitionRecords]) {
        for (batch, part) in zip(batches, parts) {
            let byteCount = part.records.reduce(0) {
                $0 + ($1.key?.count ?? 0) + ($1.value?.count ?? 0)
            }
            services.counters.noteAppended(records: batch.recordCount, byteCount: byteCount)
        }
    }
}
