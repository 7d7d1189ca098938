using Microsoft.Extensions.AI;

namespace Palimpsest.Cascades.Serving;

/// <summary>Chat clients that answer together.</summary>
/// <param name="Members">The clients by name, of any vendor, in the order in which ties are broken.</param>
public sealed record CascadeChatTier(IReadOnlyList<(string Name, IChatClient Client)> Members)
{
    /// <summary>Least agreement at which the tier's answer stands.</summary>
    /// <value>The default is 1: all members.</value>
    public double Threshold { get; init; } = 1;

    /// <summary>How long a member may take before it counts as an abstention.</summary>
    /// <value>The default is as long as it likes.</value>
    public TimeSpan Timeout { get; init; } = System.Threading.Timeout.InfiniteTimeSpan;
}
