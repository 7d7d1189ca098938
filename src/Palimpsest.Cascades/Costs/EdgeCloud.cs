namespace Palimpsest.Cascades.Costs;

/// <summary>The first tier on a device, the others behind a network: what is sent, and how long an answer takes.</summary>
/// <remarks>All figures are modelled from measured times and a table of delays; none of them was measured on a network.</remarks>
/// <param name="DeviceSeconds">Time of the first tier, its slowest member.</param>
/// <param name="CloudSeconds">Time of everything behind it, for a question that gets there.</param>
/// <param name="Bytes">Bytes of a question and its answer on the wire.</param>
public sealed record EdgeCloud(double DeviceSeconds, double CloudSeconds, double Bytes)
{
    /// <summary>Delays there and back to show unless the user gives others, in seconds: on the machine, in a town, across a continent, by satellite.</summary>
    public static IReadOnlyList<double> Delays { get; } = [1e-6, 0.01, 0.1, 1];

    // P(defer) · (input bytes + output bytes)
    /// <summary>Bytes sent for a question on average.</summary>
    /// <param name="deferred">Share of the questions that leave the device.</param>
    public double BytesSent(double deferred) => deferred * Bytes;

    // 1 / P(defer)
    /// <summary>How many times less is sent than if everything were: one over the share that leaves; 14 times means that 7.1% leave.</summary>
    /// <param name="deferred">Share of the questions that leave the device.</param>
    public static double Reduction(double deferred) => 1 / deferred;

    // t_edge + P(defer) · (RTT + size / bandwidth + t_cloud)
    /// <summary>Mean seconds to an answer.</summary>
    /// <param name="deferred">Share of the questions that leave the device.</param>
    /// <param name="delay">Seconds there and back.</param>
    /// <param name="bytesPerSecond">Bandwidth.</param>
    public double Seconds(double deferred, double delay, double bytesPerSecond) => DeviceSeconds + (deferred * CloudOnly(delay, bytesPerSecond));

    /// <summary>Mean seconds to an answer where every question is sent and the device computes nothing.</summary>
    /// <param name="delay">Seconds there and back.</param>
    /// <param name="bytesPerSecond">Bandwidth.</param>
    public double CloudOnly(double delay, double bytesPerSecond) => delay + (Bytes / bytesPerSecond) + CloudSeconds;
}
