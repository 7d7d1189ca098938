namespace Palimpsest.Training.Meters;

/// <summary>Measured memory of a training: the buffers that it owns, to the byte, and the most that the allocator held at three moments of a step.</summary>
/// <remarks>Of the steps of this process alone; a run that was resumed measures anew.</remarks>
public sealed record MemoryUse
{
    /// <summary>Bytes of the weights that are trained.</summary>
    public required long Trained { get; init; }

    /// <summary>Bytes of the weights that are not, in allocated memory.</summary>
    public required long Frozen { get; init; }

    /// <summary>Bytes of the weights that are mapped from a file: pages that the system can take back, not the allocator's.</summary>
    public required long Mapped { get; init; }

    /// <summary>Bytes of the gradients.</summary>
    public required long Gradients { get; init; }

    /// <summary>Bytes of the optimizer's state.</summary>
    public required long OptimizerState { get; init; }

    /// <summary>Bytes of projectors.</summary>
    public required long Projectors { get; init; }

    /// <summary>The most live native bytes before a step; null where they are not measured.</summary>
    public long? Before { get; init; }

    /// <summary>The most live native bytes after a forward pass.</summary>
    public long? Forward { get; init; }

    /// <summary>The most live native bytes after a backward pass.</summary>
    public long? Backward { get; init; }

    /// <summary>The most live native bytes after the optimizer's step.</summary>
    public long? Step { get; init; }

    /// <summary>The most that one step's passes added to what was there before it: activations and temporaries.</summary>
    public long? Activations { get; init; }

    /// <summary>Steps that this process took.</summary>
    public required int Steps { get; init; }

    /// <summary>Those of them in which the allocator was asked.</summary>
    public required int Readings { get; init; }

    /// <summary>Bytes of pages in use at the end.</summary>
    public required long Resident { get; init; }

    /// <summary>The most pages in use since the process began, evaluations and loading included.</summary>
    public required long PeakResident { get; init; }

    /// <summary>Bytes of the buffers that the training owns in allocated memory.</summary>
    public long Owned() => Trained + Frozen + Gradients + OptimizerState + Projectors;

    /// <summary>Live native bytes that belong to no step and no category: libraries, the runtime, data; null where they are not measured.</summary>
    public long? Rest() => Before - Owned();
}
