namespace Palimpsest.Training.Checkpoints;

/// <summary>The newest checkpoint cannot be read; an older one may be whole (<see cref="CheckpointStore.SetNewestAside"/>).</summary>
/// <param name="message">What is wrong, and where.</param>
/// <param name="cause">What reading found.</param>
public sealed class DamagedCheckpointException(string message, Exception cause) : PalimpsestException(message, cause);
