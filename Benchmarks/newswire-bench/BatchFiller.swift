internal import NewswireLog

/// Fills batches with one value after the other, from the beginning again at the end.
struct BatchFiller {
    let values: ValueSource
    let recordsPerBatch: Int
    private var position = 0

    init(_ plan: AppendPlan) {
        values = plan.values
        recordsPerBatch = plan.recordsPerBatch
    }

    mutating func fill(_ batch: inout RecordBatchBuilder) {
        position = fill(&batch, from: position)
    }

    private func fill(_ batch: inout RecordBatchBuilder, from position: Int) -> Int {
        let bytes = values.bytes.rawSpan
        let size = values.valueByteCount
        var from = position
        for _ in 0..<recordsPerBatch {
            if from + size > bytes.byteCount { from = 0 }
            batch.append(key: nil, value: bytes.extracting(from..<(from + size)))
            from += size
        }
        return from
    }
}
