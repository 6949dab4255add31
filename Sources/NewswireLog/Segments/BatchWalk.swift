/// Goes from batch to batch through the map of a segment, by their headers alone.
///
/// Each has to begin with the offset at which the one before it ended. Bodies and checksums are not
/// looked at.
package struct BatchWalk {
    private let log: MappedLog
    private let source: BatchSource
    /// Where the readable bytes end.
    private let limit: FilePosition
    private var safeEnd: FilePosition
    /// Where the batch of ``header`` begins.
    package private(set) var position: FilePosition
    /// The batch it stands at.
    package private(set) var header: RecordBatchHeader

    /// Begins with the batch at `position`, which lies before `limit`.
    package init(
        _ log: MappedLog, of source: BatchSource, at position: FilePosition, limit: FilePosition
    ) throws(LogFailure) {
        self.log = log
        self.source = source
        self.limit = limit
        self.position = position
        safeEnd = .start
        let found = try Self.header(log, source, at: position, limit: limit, safeEnd: safeEnd)
        header = found.header
        safeEnd = found.safeEnd
    }

    /// Where the batch it stands at ends.
    package var batchEnd: FilePosition { position + header.byteCount }

    /// Goes to the next batch.
    ///
    /// - Returns: false at the end of what can be read; then nothing changed.
    package mutating func advance() throws(LogFailure) -> Bool {
        let next = batchEnd
        guard next < limit else { return false }
        let found = try Self.header(log, source, at: next, limit: limit, safeEnd: safeEnd)
        guard found.header.baseOffset == header.nextOffset else {
            throw .corrupt(
                source, at: next, offset: header.nextOffset,
                .badBaseOffset(found.header.baseOffset, expected: header.nextOffset))
        }
        position = next
        header = found.header
        safeEnd = found.safeEnd
        return true
    }

    /// Goes on to the batch that holds `offset` or, if it ends before, to the first one after it.
    ///
    /// - Returns: false when all that can be read lies before `offset`.
    package mutating func advance(to offset: Offset) throws(LogFailure) -> Bool {
        while header.lastOffset < offset {
            guard try advance() else { return false }
        }
        return true
    }

    private static func header(
        _ log: MappedLog, _ source: BatchSource, at position: FilePosition, limit: FilePosition,
        safeEnd: FilePosition
    ) throws(LogFailure) -> (header: RecordBatchHeader, safeEnd: FilePosition) {
        let headerEnd = position + RecordBatchHeader.byteCount
        guard headerEnd <= limit else {
            let byteCount = limit.value - position.value
            throw .corrupt(
                source, at: position, offset: nil,
                .truncated(byteCount: byteCount, needed: RecordBatchHeader.byteCount))
        }
        var safeEnd = safeEnd
        if safeEnd < headerEnd {
            do throws(IOFailure) {
                safeEnd = try log.populate(position, upTo: headerEnd, limit: limit)
            } catch { throw .inputOutput(source.partition, error) }
        }
        let region = log.region
        do throws(BatchFailure) {
            let header = try RecordBatchHeader(
                region.bytes.extracting(position.value..<headerEnd.value))
            let byteCount = limit.value - position.value
            guard header.byteCount <= byteCount else {
                throw .truncated(byteCount: byteCount, needed: header.byteCount)
            }
            // Offsets are dense, and where the next batch begins hangs on it.
            guard Int64(header.recordCount) == Int64(header.lastOffsetDelta) + 1 else {
                throw .badCounts(
                    recordCount: Int(header.recordCount),
                    lastOffsetDelta: Int(header.lastOffsetDelta))
            }
            return (header, safeEnd)
        } catch { throw .corrupt(source, at: position, offset: nil, error) }
    }
}
