import Newswire
import Testing

/// The code of what `body` throws; nil when it returns.
func code(of body: () throws -> Void) -> NewswireError.Code? {
    do {
        try body()
        return nil
    } catch let error as NewswireError {
        return error.code
    } catch {
        Issue.record("not a NewswireError: \(error)")
        return nil
    }
}
