namespace Palimpsest.Federation.Rounds;

/// <summary>The rule by which the server changes its weights along the clients' average update.</summary>
public interface IServerOptimizer
{
    /// <summary>What a resumed federation must have in common.</summary>
    string Settings { get; }

    /// <summary>What has to be kept besides the weights, by name, each as long as they are. Read and written in place.</summary>
    IReadOnlyList<(string Name, Memory<float> Values)> State { get; }

    /// <summary>Steps taken; set together with <see cref="State"/> when resuming.</summary>
    long StepCount { get; set; }

    /// <summary>Takes a step.</summary>
    /// <param name="weights">Changed. [count]</param>
    /// <param name="average">D, the average of the clients' updates (end less start), so the direction to go. [count]</param>
    void Step(Span<float> weights, ReadOnlySpan<float> average);
}
