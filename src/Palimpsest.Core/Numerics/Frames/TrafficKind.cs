namespace Palimpsest.Numerics.Frames;

/// <summary>What bytes were sent for.</summary>
public enum TrafficKind
{
    /// <summary>From the server to a client, to train on. Those that a client loses by dropping out count.</summary>
    Download,

    /// <summary>From a client to the server.</summary>
    Upload,

    /// <summary>Either way, only to measure a model; not part of what a method costs.</summary>
    Evaluation,
}
