namespace Palimpsest.Unlearning.Relearning.Experiment;

/// <summary>What a model does after some steps of relearning.</summary>
/// <param name="Step">Steps.</param>
/// <param name="Success">Share of the prompts that give the pair.</param>
/// <param name="TargetNats">Mean cross-entropy of the pair's second name behind its first, in nats.</param>
/// <param name="RetainNats">Mean cross-entropy of the lists that are to stay, in nats a name.</param>
public sealed record PhrasePoint(int Step, double Success, double TargetNats, double RetainNats);
