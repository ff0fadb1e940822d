-- Measures are shares, and of each list, by each kind of purchases, there are two models of which one is published: one
-- that is not the baseline only if its gain is above zero for certain.
-- needs: recommend_quality.list
with

sides as (
    select
        list,
        relevance,
        count(*) as models,
        sum(case when is_baseline then 1 else 0 end) as baselines,
        sum(case when is_published then 1 else 0 end) as published,
        sum(
            case
                when recall between 0 and 1
                    and ndcg between 0 and 1
                    and average_precision between 0 and 1
                    and hit_rate between 0 and 1
                    and coverage between 0 and 1
                    and novelty >= 0
                    then 0
                else 1
            end
        ) as strange,
        sum(case when is_published and not is_baseline and gain_lower <= 0 then 1 else 0 end) as unproved
    from mart_recommend_quality
    group by list, relevance
),

final as (
    select
        list,
        relevance,
        '2 models, 1 baseline, 1 published, 0 out of range, 0 unproved' as expected,
        concat(
            cast(models as string), ' models, ',
            cast(baselines as string), ' baseline, ',
            cast(published as string), ' published, ',
            cast(strange as string), ' out of range, ',
            cast(unproved as string), ' unproved'
        ) as seen
    from sides
)

select * from final where expected <> seen
