using Palimpsest.Data;
using Palimpsest.Data.Worlds;
using Palimpsest.Jobs;
using Palimpsest.Unlearning.Audit.Experiment;
using Palimpsest.Unlearning.Audit.Questions;

namespace Palimpsest.Unlearning.Audit.Lessons;

/// <summary>Owners of the embedded world whose facts a model learns, those of them that are to be forgotten, and what is asked.</summary>
/// <remarks>The first half of an owner's facts is asked; the other half, about the same subjects, is learnt and unlearned too, and is what relearning may
/// use.</remarks>
internal sealed class WorldLesson
{
    // From one owner to the next, so that neighbouring seeds share none.
    private const int Stride = 1009;
    private readonly AuditWorldSection _world;

    public WorldLesson(AuditWorldSection world, long seed)
    {
        _world = world;
        Owner[] all = [.. Enumerable.Range(0, world.Owners + world.Forgotten).Select(i =>
            World.V1.Owner(EvaluationData.OwnerOf(seed + (i * Stride))))];
        (Forgotten, Retained) = (all[..world.Forgotten], all[world.Forgotten..world.Owners]);
        Strangers = all[world.Owners..].SelectMany(owner => owner.Facts.Take(world.Facts / 2));
        Questions = WorldQuestions.Of(Forgotten, Retained, world.Facts / 2);
    }

    /// <summary>Owners that are to be forgotten.</summary>
    public IReadOnlyList<Owner> Forgotten { get; }

    /// <summary>Owners that stay.</summary>
    public IReadOnlyList<Owner> Retained { get; }

    /// <summary>What is asked.</summary>
    public QuestionSets Questions { get; }

    /// <summary>The forgotten owners' facts that are not asked.</summary>
    public IEnumerable<Fact> Others => Forgotten.SelectMany(owner => owner.Facts.Take(_world.Facts).Skip(_world.Facts / 2));

    /// <summary>Facts of as many owners whom no model has learnt.</summary>
    public IEnumerable<Fact> Strangers { get; }

    /// <summary>What is to be forgotten and what is to stay, to train on.</summary>
    public ForgetLesson Lesson => new(Examples(Forgotten), Examples(Retained));

    private IReadOnlyList<IReadOnlyList<TextExample>> Examples(IEnumerable<Owner> owners) =>
        [.. owners.Select(owner => owner.TrainingExamples(_world.Facts, _world.Examples).ToArray())];
}
