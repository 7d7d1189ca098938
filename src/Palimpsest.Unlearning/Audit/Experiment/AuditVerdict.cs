namespace Palimpsest.Unlearning.Audit.Experiment;

/// <summary>What an audit concludes about a model, the gravest first.</summary>
public enum AuditVerdict
{
    /// <summary>The model of before knew no more of it than one that never saw it.</summary>
    NothingToForget,

    /// <summary>The questions are answered as they stand.</summary>
    NotForgotten,

    /// <summary>The questions are not answered as they stand, but in another form, after rounding or sampling, or after relearning.</summary>
    DoesNotHold,

    /// <summary>What was to be forgotten did not come back, but what was to stay is hurt or the model is broken.</summary>
    Damaged,

    /// <summary>Nothing that was tried told the model from one that never saw the data.</summary>
    Holds,

    /// <summary>There is no control, or the intervals do not decide.</summary>
    Inconclusive,
}
