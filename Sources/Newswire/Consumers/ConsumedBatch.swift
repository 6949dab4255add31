/// What one poll answers: records of one partition that follow each other, mapped, not copied.
///
/// Its consumer goes on at ``FetchedSlice/nextOffset``.
public typealias ConsumedBatch = FetchedSlice
