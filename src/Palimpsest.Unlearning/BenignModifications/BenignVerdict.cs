namespace Palimpsest.Unlearning.BenignModifications;

/// <summary>What a modification shows about a set.</summary>
public enum BenignVerdict
{
    /// <summary>Neither: the interval does not decide, or there is no control.</summary>
    Inconclusive,

    /// <summary>The interval excludes a change of the margin beyond the control's.</summary>
    Holds,

    /// <summary>Nothing was found, but the control does not cope with the form either: it loses most of what it knows of the set that stays.</summary>
    FormUnknown,

    /// <summary>What was to be forgotten is answered without any modification.</summary>
    NotForgotten,

    /// <summary>Information still accessible: the modification brings back what the unmodified questions did not show.</summary>
    InformationAccessible,

    /// <summary>Retained knowledge hurt more than shown by the unmodified questions.</summary>
    RetainedHurt,
}
