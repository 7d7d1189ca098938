namespace Palimpsest.Federation.Clients;

/// <summary>What of a model clients train, and so what is sent to and fro.</summary>
public enum TrainedPart
{
    /// <summary>A low-rank adapter beside the frozen model, and the head of a classification.</summary>
    Adapter,

    /// <summary>All parameters.</summary>
    Whole,

    /// <summary>The layer over the classes alone (linear probe).</summary>
    Head,
}
