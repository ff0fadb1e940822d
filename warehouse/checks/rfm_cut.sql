-- As many customers have a score or are in a cluster as rfm_cut says, and their values are within its bounds.
-- needs: rfm_cut.score
with

scores as (
    select
        'recency' as measure,
        coalesce(r_score, cluster) as score,
        recency as amount
    from customer_rfm
    union all
    select
        'frequency' as measure,
        coalesce(f_score, cluster) as score,
        frequency as amount
    from customer_rfm
    union all
    select
        'monetary' as measure,
        coalesce(m_score, cluster) as score,
        monetary as amount
    from customer_rfm
),

counted as (
    select
        measure,
        score,
        count(*) as customers,
        min(amount) as least,
        max(amount) as greatest
    from scores
    group by measure, score
),

final as (
    select
        coalesce(rfm_cut.measure, counted.measure) as measure,
        coalesce(rfm_cut.score, counted.score) as score,
        counted.least,
        counted.greatest,
        coalesce(counted.customers, 0) as expected,
        rfm_cut.customers as seen
    from rfm_cut
    full outer join counted on rfm_cut.measure = counted.measure and rfm_cut.score = counted.score
    where
        rfm_cut.customers is null
        or rfm_cut.customers <> coalesce(counted.customers, 0)
        or counted.greatest > rfm_cut.upper_bound
        or counted.least < rfm_cut.lower_bound
)

select * from final
