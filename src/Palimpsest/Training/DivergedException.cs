namespace Palimpsest.Training;

/// <summary>The loss or the gradient of a training became infinite or no number.</summary>
/// <param name="message">When, what is kept, and what to do.</param>
public sealed class DivergedException(string message) : PalimpsestException(message);
