internal import Glibc

/// A short wait of this thread.
enum Pause {
    static func wait(milliseconds: Int32) {
        _ = poll(nil, 0, milliseconds)
    }
}
