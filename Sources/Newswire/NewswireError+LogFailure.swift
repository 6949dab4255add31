extension NewswireError {
    /// Says what a failure of the log means to a program.
    public init(_ failure: LogFailure) {
        switch failure {
        case .corrupt(let source, let position, let offset, let problem):
            self = .corrupt(source, position, offset, problem, cause: failure)
        case .offsetOutOfRange(let partition, let offset, let valid):
            self = .outOfRange(partition, offset, valid, cause: failure)
        case .messageTooLarge(let partition, let byteCount, let limit):
            self = .tooLarge(partition, byteCount, limit, cause: failure)
        case .batchTooLargeForSegment(let partition, let byteCount, let limit):
            self.init(
                .batchTooLarge,
                "a batch of \(byteCount) bytes does not fit into a segment of \(partition): send"
                    + " smaller batches or raise segment.bytes, which is \(limit)",
                at: Place(partition), cause: failure)
        case .invalidBatch(let partition, let problem):
            self.init(
                .invalidRecord, "\(partition) does not take this batch: \(problem)",
                at: Place(partition), cause: failure)
        case .atomicAppend(let partition, let problem):
            self.init(
                .invalidRecord,
                "\(partition) cannot take part in this atomic append: \(problem)",
                at: Place(partition), cause: failure)
        case .inputOutput(let partition, let problem):
            self = .inputOutput(partition, problem, cause: failure)
        case .stopped(let partition, let problem):
            self.init(
                .stopped,
                "\(partition) accepts nothing more, because \(problem): what was not acknowledged"
                    + " may be lost; open the directory again to recover",
                at: Place(partition).with(file: problem.path), cause: failure)
        default: self = .ofDirectory(failure)
        }
    }

    private static func ofDirectory(_ failure: LogFailure) -> NewswireError {
        switch failure {
        case .deleted(let partition):
            NewswireError(
                .deleted, "topic \(partition.topic) was deleted", at: Place(partition),
                cause: failure)
        case .locked(let path, let holder):
            NewswireError(
                .locked, "\(path) is open in \(holder): close it there, or open for reading only",
                at: Place(file: path), cause: failure)
        case .notADirectory(let path):
            NewswireError(
                .notNewswireDirectory, "\(path) is not a Newswire directory",
                at: Place(file: path), cause: failure)
        case .format(let path, let problem): .format(path, problem, cause: failure)
        case .readOnly(let path):
            NewswireError(
                .readOnly, "\(path) is open for reading only: open it for writing to change it",
                at: Place(file: path), cause: failure)
        case .closed: NewswireError(.closed, "the engine is closed", cause: failure)
        case .timedOut: NewswireError(.timedOut, "the deadline passed first", cause: failure)
        default: NewswireError(.inputOutput, "the log failed: \(failure)", cause: failure)
        }
    }

    private static func corrupt(
        _ source: BatchSource, _ position: FilePosition, _ offset: Offset?,
        _ problem: BatchFailure, cause: LogFailure
    ) -> NewswireError {
        var place = Place(source.partition, offset: offset)
        place.file = source.path
        place.position = position
        let number = offset.map { ", offset \($0)" } ?? ""
        return NewswireError(
            .corrupt,
            "\(source) is damaged at byte \(position)\(number): \(problem);"
                + " run newswire verify to see what else is",
            at: place, cause: cause)
    }

    private static func outOfRange(
        _ partition: TopicPartition, _ offset: Offset, _ valid: ClosedRange<Offset>,
        cause: LogFailure
    ) -> NewswireError {
        var place = Place(partition, offset: offset)
        place.validOffsets = valid
        let advice =
            offset < valid.lowerBound
            ? "it was removed; the log begins at \(valid.lowerBound)"
            : "it was never written; the log ends at \(valid.upperBound)"
        return NewswireError(
            .offsetOutOfRange, "\(partition) has no offset \(offset): \(advice)", at: place,
            cause: cause)
    }

    package static func tooLarge(
        _ partition: TopicPartition, _ byteCount: Int, _ limit: Int, cause: LogFailure?
    ) -> NewswireError {
        NewswireError(
            .messageTooLarge,
            "a batch of \(byteCount) bytes is too large for \(partition): split it or raise"
                + " max.message.bytes, which is \(limit)",
            at: Place(partition), cause: cause)
    }

    private static func inputOutput(
        _ partition: TopicPartition?, _ problem: IOFailure, cause: LogFailure
    ) -> NewswireError {
        let place = Place(partition).with(file: problem.path)
        if problem.isDiskFull {
            return NewswireError(
                .diskFull, "\(problem): free some space and try again", at: place, cause: cause)
        }
        if problem.isOutOfDescriptors {
            return NewswireError(
                .outOfDescriptors, "\(problem): raise the limit of open files and try again",
                at: place, cause: cause)
        }
        return NewswireError(.inputOutput, problem.description, at: place, cause: cause)
    }

    private static func format(
        _ path: String, _ problem: FormatFailure, cause: LogFailure
    ) -> NewswireError {
        switch problem {
        case .tooNew(let version, let newest):
            NewswireError(
                .tooNew,
                "\(path) has format \(version), but this version knows formats up to \(newest):"
                    + " use a later version of Newswire",
                at: Place(file: path), cause: cause)
        case .tooOld(let version, let oldest):
            NewswireError(
                .tooOld,
                "\(path) has format \(version), but this version knows formats from \(oldest) on:"
                    + " upgrade it with an earlier version of Newswire",
                at: Place(file: path), cause: cause)
        case .damaged(let what):
            NewswireError(
                .corrupt, "\(path) is damaged: \(what)", at: Place(file: path), cause: cause)
        }
    }
}

extension NewswireError.Place {
    fileprivate func with(file: String) -> Self {
        var place = self
        place.file = file
        return place
    }
}

/// Runs `body` and says what a failure of the log means to a program.
package func translatingFailures<Value: ~Copyable>(
    _ body: () throws(LogFailure) -> Value
) throws(NewswireError) -> Value {
    do throws(LogFailure) { return try body() } catch { throw NewswireError(error) }
}

extension BatchFailure {
    /// The problem as a part of a sentence.
    package var sentence: String { description }
}
