namespace Palimpsest.Unlearning.Merging;

/// <summary>Which reading of TIES is followed; they differ in trimming and in what an elected sign of zero selects.</summary>
public enum TiesForm
{
    /// <summary>The paper: exactly int(d·density) entries of the whole vector; a zero sum takes the majority sign; if that is zero too, the entry is zero.</summary>
    Definition,

    /// <summary>The authors' released code: all entries not below the (int(d·density) + 1)-th magnitude, so at least one more; a sign that stays zero selects the negative entries; a density of 1 is an error.</summary>
    PublishedCode,

    /// <summary>mergekit: trims each tensor apart; a zero sum selects the positive entries.</summary>
    Mergekit,
}
