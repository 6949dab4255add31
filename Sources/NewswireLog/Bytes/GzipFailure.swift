/// Why bytes could not be compressed or decompressed.
package enum GzipFailure: Error, Hashable, Sendable {
    /// The compressed bytes end before the data does.
    case truncated
    /// The compressed bytes are not gzip, or their own checksum is wrong; zlib's words.
    case damaged(String)
    /// More came out than was allowed.
    case tooLarge(byteLimit: Int)
    /// zlib got no memory.
    case outOfMemory

    /// What is wrong, for a message.
    package var reason: String {
        switch self {
        case .truncated: "the compressed data ends early"
        case .damaged(let words): words
        case .tooLarge(let byteLimit): "more than \(byteLimit) bytes decompressed"
        case .outOfMemory: "no memory for zlib"
        }
    }
}
