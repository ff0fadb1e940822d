-- Each customer with recency, frequency and monetary value on the analysis day, and the segment that they come to.
-- grain: customer_id
-- needs: customer_rfm.segment
-- kind: view
with

rfm as (
    select * from customer_rfm
),

customers as (
    select * from dim_customer
),

segments as (
    select * from rfm_segment
),

final as (
    select
        rfm.customer_id,
        customers.customer_name,
        rfm.as_of,
        rfm.first_day,
        rfm.last_day,
        rfm.recency,
        rfm.frequency,
        rfm.monetary,
        rfm.r_score,
        rfm.f_score,
        rfm.m_score,
        rfm.second_score,
        rfm.cluster,
        rfm.segment,
        segments.action
    from rfm
    left join customers on rfm.customer_id = customers.customer_id
    left join segments on rfm.segment = segments.segment
)

select * from final
