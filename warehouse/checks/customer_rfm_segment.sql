-- Scores are 1 to 5 and segments are what they come to; or there are clusters, 1 to 4, and no scores.
-- needs: customer_rfm.segment
with

mapped as (
    select
        customer_id,
        r_score,
        f_score,
        m_score,
        second_score,
        cluster,
        segment,
        case
            when cluster = 1 then 'Champions'
            when cluster = 2 then 'Potential loyalists'
            when cluster = 3 then 'Promising'
            when cluster = 4 then 'Need attention'
            when r_score = 5 and second_score = 1 then 'New customers'
            when r_score = 4 and second_score = 1 then 'Promising'
            when r_score in (4, 5) and second_score in (2, 3) then 'Potential loyalists'
            when r_score = 5 and second_score in (4, 5) then 'Champions'
            when r_score in (3, 4) and second_score in (4, 5) then 'Loyal'
            when r_score = 3 and second_score in (1, 2) then 'About to sleep'
            when r_score = 3 and second_score = 3 then 'Need attention'
            when r_score = 1 and second_score = 1 then 'Lost'
            when r_score in (1, 2) and second_score in (1, 2) then 'Hibernating'
            when r_score in (1, 2) and second_score in (3, 4) then 'At risk'
            when r_score in (1, 2) and second_score = 5 then 'Can''t lose'
        end as expected
    from customer_rfm
),

final as (
    select
        customer_id,
        r_score,
        f_score,
        m_score,
        second_score,
        cluster,
        expected,
        segment as seen
    from mapped
    where
        expected is null
        or segment <> expected
        or (cluster is null and (f_score not between 1 and 5 or m_score not between 1 and 5))
        or (cluster is null and (f_score is null or m_score is null))
        or (cluster is not null and coalesce(r_score, f_score, m_score, second_score) is not null)
        or (second_score <> f_score and second_score * 2 - f_score - m_score not in (0, 1))
)

select * from final
