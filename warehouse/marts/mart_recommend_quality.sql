-- How well each recommender did on what was bought later: the one that was chosen, and the one that it has to beat.
-- grain: list, relevance, is_baseline
-- needs: recommend_quality.list
with

tried as (
    select * from recommend_quality
),

final as (
    select
        list,
        relevance,
        is_baseline,
        model,
        is_published,
        customers,
        recall,
        ndcg,
        average_precision,
        hit_rate,
        coverage,
        novelty,
        ndcg_gain,
        gain_lower,
        gain_upper
    from tried
)

select * from final
