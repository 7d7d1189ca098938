namespace Palimpsest.Cascades.Agreement;

/// <summary>A model of any kind that can be a member of a tier: a classifier, a choice by likelihood, a generator, a client of another vendor, a
/// recording.</summary>
/// <remarks>Members of a tier are asked side by side, so <see cref="AskAsync"/> must stand several calls at a time and must not compute on the caller's
/// thread.</remarks>
public interface IPredictor
{
    /// <summary>Name in reports, prices and calibration files.</summary>
    string Name { get; }

    /// <summary>What sets the model apart: a hash of its weights, or a vendor's name for it with its settings. Two members of a tier must differ in
    /// it.</summary>
    string Identity { get; }

    /// <summary>The labels that it chooses from; none for one that answers freely.</summary>
    IReadOnlyList<string> Labels { get; }

    /// <summary>Answers a question. What it throws makes an abstention of it, unless the caller has given up.</summary>
    /// <param name="question">The question as a text.</param>
    /// <param name="stop">Gives up.</param>
    Task<MemberReply> AskAsync(string question, CancellationToken stop = default);
}
