internal import CNewswire
internal import Glibc

/// An open file of this machine.
package final class PosixFile: File {
    package let path: String
    private let descriptor: Descriptor

    init(_ path: String, _ descriptor: consuming Descriptor) {
        self.path = path
        self.descriptor = descriptor
    }

    package func write(_ bytes: RawSpan, at position: FilePosition) throws(IOFailure) {
        try unsafe bytes.withUnsafeBytes { bytes throws(IOFailure) in
            try unsafe write(bytes, at: position.value)
        }
    }

    package func write(
        _ pieces: [Range<Int>], of bytes: RawSpan, at position: FilePosition
    ) throws(IOFailure) {
        try unsafe bytes.withUnsafeBytes { bytes throws(IOFailure) in
            var rest = pieces[...]
            var place = position.value
            while !rest.isEmpty {
                // The system takes 1024 pieces at most.
                let portion = rest.prefix(1024)
                try unsafe write(portion, of: bytes, at: place)
                place += portion.reduce(0) { $0 + $1.count }
                rest = rest.dropFirst(1024)
            }
        }
    }

    package func read(
        into bytes: inout MutableRawSpan, at position: FilePosition
    ) throws(IOFailure) -> Int {
        try unsafe bytes.withUnsafeMutableBytes { bytes throws(IOFailure) in
            try unsafe read(into: bytes, at: position.value)
        }
    }

    package func byteCount() throws(IOFailure) -> Int {
        var answer = stat()
        guard unsafe fstat(descriptor.number, &answer) == -1 else { return Int(answer.st_size) }
        throw failure(.status)
    }

    package func truncate(to byteCount: Int) throws(IOFailure) {
        guard repeatingInterrupted({ ftruncate(descriptor.number, byteCount) }) == -1 else {
            return
        }
        throw failure(.truncate)
    }

    package func reserve(upTo byteCount: Int) throws(IOFailure) {
        guard byteCount > 0 else { return }
        // The system reserves beyond the limit at which it refuses to write.
        var limit = rlimit()
        if unsafe getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0,
            UInt(byteCount) > limit.rlim_cur
        {
            throw IOFailure(.reserve, path, errorNumber: EFBIG)
        }
        let answer = repeatingInterrupted { nw_reserve(descriptor.number, Int64(byteCount)) }
        // A file system that cannot reserve is no worse off than before: the write itself may fail.
        guard answer == -1, errno != EOPNOTSUPP, errno != ENOSYS else { return }
        throw failure(.reserve)
    }

    package func synchronize() throws(IOFailure) {
        guard repeatingInterrupted({ fdatasync(descriptor.number) }) == -1 else { return }
        throw failure(.synchronize)
    }

    package func beginWriteback() throws(IOFailure) {
        let answer = repeatingInterrupted { nw_begin_writeback(descriptor.number) }
        guard answer == -1, errno != EOPNOTSUPP, errno != ENOSYS, errno != EINVAL else { return }
        throw failure(.synchronize)
    }

    package func map(byteCount: Int) throws(IOFailure) -> MappedRegion {
        precondition(byteCount > 0, "a map of \(byteCount) bytes of \(path)")
        let start = unsafe mmap(nil, byteCount, PROT_READ, MAP_SHARED, descriptor.number, 0)
        guard let start = unsafe start, unsafe start != MAP_FAILED else { throw failure(.map) }
        return unsafe MappedRegion(
            owning: UnsafeRawBufferPointer(start: start, count: byteCount), path: path)
    }

    /// Sound: the caller's buffer lives for the length of the call, and `done` stays within it.
    private func write(
        _ bytes: UnsafeRawBufferPointer, at position: Int
    ) throws(IOFailure) {
        var done = 0
        while done < bytes.count {
            let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[done...])
            let count = unsafe pwrite(
                descriptor.number, rest.baseAddress, rest.count, position + done)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure(.write) }
            // No file answers 0 to a write of something; asking for ever would be worse than
            // failing.
            guard count > 0 else { throw IOFailure(.write, path, errorNumber: EIO) }
            done += count
        }
    }

    /// Sound: the pieces lie within the caller's buffer, which subscripts check.
    private func write(
        _ pieces: ArraySlice<Range<Int>>, of bytes: UnsafeRawBufferPointer, at position: Int
    ) throws(IOFailure) {
        var vectors: [iovec] = unsafe []
        unsafe vectors.reserveCapacity(pieces.count)
        for piece in pieces {
            let part = unsafe UnsafeRawBufferPointer(rebasing: bytes[piece])
            unsafe vectors.append(
                iovec(
                    iov_base: UnsafeMutableRawPointer(mutating: part.baseAddress),
                    iov_len: part.count))
        }
        var count = -1
        repeat {
            count = unsafe pwritev(descriptor.number, vectors, Int32(vectors.count), position)
        } while count < 0 && errno == EINTR
        guard count >= 0 else { throw failure(.write) }
        // A short write is finished piece by piece.
        var skipped = count
        var place = position
        for piece in pieces {
            let done = min(skipped, piece.count)
            if done < piece.count {
                let part = (piece.lowerBound + done)..<piece.upperBound
                try unsafe write(
                    UnsafeRawBufferPointer(rebasing: bytes[part]), at: place + done)
            }
            skipped -= done
            place += piece.count
        }
    }

    /// Sound: as for writing.
    private func read(
        into bytes: UnsafeMutableRawBufferPointer, at position: Int
    ) throws(IOFailure) -> Int {
        var done = 0
        while done < bytes.count {
            let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[done...])
            let count = unsafe pread(
                descriptor.number, rest.baseAddress, rest.count, position + done)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure(.read) }
            guard count > 0 else { break }
            done += count
        }
        return done
    }

    private func failure(_ operation: IOFailure.Operation) -> IOFailure {
        IOFailure(operation, path, errorNumber: errno)
    }
}
