internal import Synchronization

// The topic that says what there is; its format is in <doc:MetadataFormat>.
extension StreamEngine {
    /// `__metadata` itself, which is in no catalog.
    static var metadataEntry: TopicEntry {
        var configuration = TopicConfiguration(durability: .synced, retention: nil)
        configuration.deletesExpired = false
        return TopicEntry(
            name: TopicName.metadata, id: TopicID(high: 0, low: 1),
            partitionIds: [PartitionIdRange(first: TopicCatalog.metadataPartitionId, count: 1)],
            configuration: configuration)
    }

    /// Reads `__metadata` from where it was read last to its end, into the catalog.
    ///
    /// - Returns: the topics that were deleted on the way.
    @discardableResult
    func readMetadata(_ metadata: Partition) throws(NewswireError) -> [TopicEntry] {
        var (catalog, position) = state.withLock { ($0.catalog, $0.metadataEnd) }
        var deleted: [TopicEntry] = []
        position = max(position, metadata.offsets.logStartOffset)
        while true {
            let slice = try metadata.read(from: position)
            guard !slice.isEmpty else { break }
            try Self.apply(slice, to: &catalog, &deleted)
            position = slice.nextOffset
        }
        if let problem = catalog.contradiction() {
            throw NewswireError(
                .corrupt, "\(TopicName.metadata) contradicts itself: \(problem)",
                at: .init(metadata.topicPartition))
        }
        state.withLock { state in
            state.catalog = catalog
            state.metadataEnd = position
        }
        return deleted
    }

    private static func apply(
        _ slice: FetchedSlice, to catalog: inout TopicCatalog, _ deleted: inout [TopicEntry]
    ) throws(NewswireError) {
        for record in try decode(slice) {
            if case .topicDeleted(let name) = record, let topic = catalog.topics[name] {
                deleted.append(topic)
            }
            catalog.apply(record)
        }
    }

    private static func decode(_ slice: FetchedSlice) throws(NewswireError) -> [MetadataRecord] {
        var decoded: [MetadataRecord] = []
        var records = slice.records()
        while true {
            let next: (Offset, Result<MetadataRecord, MetadataFailure>)
            do throws(LogFailure) {
                guard let view = try records.next() else { return decoded }
                next = (view.offset, MetadataRecord.reading(key: view.key, value: view.value))
            } catch {
                throw NewswireError(error)
            }
            do throws(MetadataFailure) {
                decoded.append(try next.1.get())
            } catch {
                throw refusal(of: next.0, in: slice.partition, error)
            }
        }
    }

    private static func refusal(
        of offset: Offset, in partition: TopicPartition, _ failure: MetadataFailure
    ) -> NewswireError {
        let place = NewswireError.Place(partition, offset: offset)
        switch failure {
        case .unknownVersion(let version):
            return NewswireError(
                .tooNew,
                "\(partition) says at offset \(offset) something in version \(version), and this"
                    + " version of Newswire knows \(MetadataLayout.version): use a later one",
                at: place, cause: failure)
        case .unknownKey(let key):
            return NewswireError(
                .tooNew,
                "\(partition) has at offset \(offset) the key \(key.debugDescription), which this"
                    + " version of Newswire does not know: use a later one",
                at: place, cause: failure)
        case .malformed(let what):
            return NewswireError(
                .corrupt,
                "\(partition) has a malformed record at offset \(offset) (\(what)): restore the"
                    + " directory from a copy",
                at: place, cause: failure)
        }
    }

    /// Appends records to `__metadata`, in one batch; they are on the disk on return.
    ///
    /// Only under ``changing``.
    package func commit(_ records: [MetadataRecord]) throws(NewswireError) {
        let metadata = try topic(TopicName.metadata).partition(0)
        let batch = try metadata.append(durability: .synced) { batch in
            for record in records { batch.append(key: record.key, value: record.value) }
        }
        state.withLock { state in
            for record in records { state.catalog.apply(record) }
            state.metadataEnd = batch.lastOffset + 1
        }
    }
}
