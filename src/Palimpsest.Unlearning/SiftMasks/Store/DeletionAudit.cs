namespace Palimpsest.Unlearning.SiftMasks.Store;

/// <summary>Mean probability of the owner's answers under what different parties hold. The last two are leaks that deletion does not close.</summary>
/// <param name="Base">The base model, which never saw the owner.</param>
/// <param name="ServedBefore">The owner's own model before.</param>
/// <param name="MasklessAfter">What former owners get now.</param>
/// <param name="Difference">The base with the vector that two maskless releases, before and after, give away.</param>
/// <param name="StaleMask">The merged model after, through the owner's old mask.</param>
public sealed record DeletionAudit(double Base, double ServedBefore, double MasklessAfter, double Difference, double StaleMask);
